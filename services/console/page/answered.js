// Answers given here, and those that the service tells of -> the ones that can be corrected.

import * as api from "./api.js";

const KEPT = 50;

/** The last answers of a reviewer, from whichever page; texts are kept by the service alone, which may forget them. */
export class Answered {
  /** The last one at the end; `settled`: what became of it is known, so that the service tells of it. */
  #entries = [];

  constructor(reviewer) {
    this.reviewer = reviewer;
  }

  clear() {
    this.#entries = [];
  }

  add(entry) {
    this.#entries = [...this.#entries, entry].slice(-KEPT);
  }

  replace(entry, other) {
    this.#entries = this.#entries.map((each) => (each === entry ? other : each));
  }

  remove(which) {
    this.#entries = this.#entries.filter((each) => !which(each));
  }

  /** The answer before this one, or else the last one; what was taken back stays so. */
  before(entry) {
    const place = entry ? this.#entries.indexOf(entry) : this.#entries.length;
    return this.#entries.slice(0, Math.max(0, place)).findLast(({ takenBack }) => !takenBack);
  }

  /** Take those that the service tells of in place of the settled ones, if still `wanted` when they come. */
  async recall(wanted) {
    const { name } = this.reviewer;
    const settled = new Set(this.#entries.filter((each) => each.settled));
    const { answers } = await api.answers(name, KEPT);
    if (name !== this.reviewer.name || !wanted()) return false;
    const mine = this.#entries.filter((each) => !settled.has(each));
    const ids = new Set(mine.map(({ request }) => request.request_id));
    const told = answers.filter(({ request_id: id }) => !ids.has(id)).map((answer) => recalled(answer, name));
    this.#entries = [...told.reverse(), ...mine].slice(-KEPT);
    return true;
  }
}

const recalled = ({ request, label = null }, reviewer) => ({ request, label, reviewer, settled: true });
