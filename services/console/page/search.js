// Typed words -> matching classes: a combobox over all classes, and the way to name a new one.

const SHOWN = 50;
const INSIDE = 3;
const words = (text) => text.toLowerCase().replace(/[_\-./]/g, " ");

/** Where each typed word stands in the name, best at the start of a word (short ones only there); null without one. */
function places(name, typed) {
  const plain = ` ${words(name)}`;
  const found = words(typed)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const start = plain.indexOf(` ${word}`);
      if (start >= 0 || word.length < INSIDE) return { start, length: word.length, inside: false };
      return { start: plain.indexOf(word) - 1, length: word.length, inside: true };
    });
  return found.every(({ start }) => start >= 0) ? found : null;
}

/** Classes that hold every typed word: those with words that begin so first, then by place, then by name. */
export function matching(classes, typed) {
  const rank = (found) => found.reduce((sum, { start, inside }) => sum + start + 1_000 * inside, 0);
  return classes
    .map((name) => [name, places(name, typed)])
    .filter(([, found]) => found)
    .sort(([a, foundA], [b, foundB]) => rank(foundA) - rank(foundB) || a.localeCompare(b))
    .slice(0, SHOWN)
    .map(([name]) => name);
}

export class Search {
  classes = [];
  closed = false;
  #active = 0;

  constructor(input, list, choose) {
    this.input = input;
    this.list = list;
    this.choose = choose;
    input.addEventListener("input", () => this.#update());
    input.addEventListener("focus", () => this.#update());
    input.addEventListener("blur", () => this.#hide());
    input.addEventListener("keydown", (event) => this.#key(event));
    // Before the input loses its focus, and with it the list.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#take(event.target.closest("[role=option]")));
  }

  clear() {
    this.input.value = "";
    this.input.blur();
  }

  describe() {
    const count = this.classes.length;
    const known = count ? `Search ${count} ${count === 1 ? "class" : "classes"}` : "Name the class";
    this.input.placeholder = this.closed || !count ? known : `${known} or add one`;
  }

  #update() {
    const typed = this.input.value.trim();
    const found = matching(this.classes, typed);
    const options = found.map((name) => this.#option(name, marked(name, typed)));
    const known = this.classes.some((name) => name.toLowerCase() === typed.toLowerCase());
    if (typed && !known && !this.closed) options.push(this.#option(typed, ["New class ", strong(typed)], "new"));
    if (typed && !options.length) options.push(none());
    this.list.replaceChildren(...options);
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.#move(0);
  }

  #option(label, content, name = "") {
    const item = document.createElement("li");
    item.id = `match-${label}`;
    item.className = name;
    item.dataset.label = label;
    item.setAttribute("role", "option");
    item.append(...content);
    return item;
  }

  #options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #move(index) {
    const options = this.#options();
    this.#active = options.length ? (index + options.length) % options.length : 0;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.#active)));
    options[this.#active]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.#active]?.id ?? "");
  }

  #key(event) {
    const keys = {
      ArrowDown: () => this.#move(this.#active + 1),
      ArrowUp: () => this.#move(this.#active - 1),
      Enter: () => this.#take(this.#options()[this.#active]),
      Escape: () => this.clear(),
    };
    if (!keys[event.key] || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }

  #take(option) {
    if (!option || this.list.hidden) return;
    this.clear();
    this.choose(option.dataset.label);
  }

  #hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function strong(text) {
  const element = document.createElement("strong");
  element.textContent = text;
  return element;
}

function none() {
  const item = document.createElement("li");
  item.className = "none";
  item.textContent = "No class has these words, and this task takes no new ones.";
  return item;
}

/** The name in pieces, with the typed words marked. */
function marked(name, typed) {
  const pieces = [];
  let end = 0;
  for (const { start, length } of places(name, typed).sort((a, b) => a.start - b.start)) {
    if (start < end) continue;
    const mark = document.createElement("mark");
    mark.textContent = name.slice(start, start + length);
    pieces.push(name.slice(end, start), mark);
    end = start + length;
  }
  return [...pieces, name.slice(end)];
}
