// The reviewer's name and the day's count, remembered by this browser.

const NAME = "sluice.reviewer";
const TODAY = "sluice.today";

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing asks for the name each time.
  }
}

const day = () => new Date().toDateString();

export class Reviewer {
  #name = read(NAME) ?? "";

  get name() {
    return this.#name;
  }

  set name(value) {
    this.#name = value;
    write(NAME, value);
  }

  /** How many questions this reviewer answered today, in this browser. */
  get today() {
    return this.#counted(this.#name);
  }

  /** Add to the day's count of this name, by which the answer was given. */
  count(change, name) {
    const kept = read(TODAY);
    const counts = kept?.day === day() ? kept.counts : {};
    write(TODAY, { day: day(), counts: { ...counts, [name]: this.#counted(name) + change } });
  }

  #counted(name) {
    const kept = read(TODAY);
    return kept?.day === day() ? kept.counts[name] ?? 0 : 0;
  }
}
