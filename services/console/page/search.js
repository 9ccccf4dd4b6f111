// Typed words -> a class: a combobox over all classes, and the way to name a new one.

import { matching, named, pieces } from "./matching.js";
import { called } from "./names.js";
import { explain } from "./task.js";

const NOTHING = "No class has these words, and this task takes no new ones.";
const number = new Intl.NumberFormat("en");

export class Search {
  classes = [];
  closed = false;
  #active = -1;

  /** `choose` is called with the class that is taken, `leave` where none is. */
  constructor(input, list, choose, leave) {
    this.input = input;
    this.list = list;
    this.choose = choose;
    this.leave = leave;
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
    const { names, more } = matching(this.classes, typed);
    const lines = names.map((name) => option(name, [called(name, ...marked(name, typed))]));
    if (more) lines.push(line("none", `and ${number.format(more)} more: type to narrow`));
    if (typed && !this.closed && !named(this.classes, typed)) lines.push(newOption(typed));
    if (typed && !lines.length) lines.push(line("none", NOTHING));
    this.list.replaceChildren(...lines);
    this.list.hidden = !lines.length;
    this.input.setAttribute("aria-expanded", String(lines.length > 0));
    this.#options().forEach((each, place) => (each.id = `match-${place}`));
    // Enter takes what was looked for: nothing where nothing was, and no new class for a slip of the finger.
    this.#activate(typed && names.length ? 0 : -1);
  }

  #options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #activate(place) {
    const options = this.#options();
    this.#active = place;
    options.forEach((each, index) => each.setAttribute("aria-selected", String(index === place)));
    options[place]?.scrollIntoView({ block: "nearest" });
    if (options[place]) this.input.setAttribute("aria-activedescendant", options[place].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** From where nothing is chosen, down leads to the first option and up to the last. */
  #move(step) {
    const options = this.#options();
    if (!options.length) return;
    const from = this.#active < 0 && step < 0 ? 0 : this.#active;
    this.#activate((from + step + options.length) % options.length);
  }

  #key(event) {
    const keys = {
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      Enter: () => this.#take(this.#options()[this.#active]),
      Escape: () => (this.clear(), this.leave()),
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

function element(tag, name, ...content) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...content);
  return made;
}

const line = (name, ...content) => element("li", name, ...content);

function option(label, content, name = "") {
  const item = line(name, ...content);
  item.dataset.label = label;
  item.setAttribute("role", "option");
  explain(item, label);
  return item;
}

function newOption(typed) {
  const how = element("span", "how", " (↓ and Enter, or click)");
  return option(typed, ["New class ", element("strong", "", called(typed)), how], "new");
}

const marked = (name, typed) =>
  pieces(name, typed).map(({ text, typed: found }) => (found ? element("mark", "", text) : text));
