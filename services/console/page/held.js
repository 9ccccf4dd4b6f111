// Calls for requests -> those that this reviewer holds: the first one is shown, the others come after it.

import * as api from "./api.js";

const AHEAD = 4;
const LIMIT = 100;
/** Leases last five minutes. */
const RENEW_MILLISECONDS = 60_000;

export class Held {
  /** How many open requests other reviewers hold. */
  withOthers = 0;
  /** How many to hold: few where few are open, so that others find some. */
  #wanted = 1;
  #renewed = 0;
  #requests = [];
  /** The ids of answered requests, each with whether the service has the answer: until then it tells of them still. */
  #answered = new Map();
  #running = Promise.resolve();
  #waiting = null;

  /**
   * `changed` is called when others are held than before, with whether the shown one is held no more, and `renamed` when
   * the shown one suggests others.
   */
  constructor(reviewer, changed, renamed) {
    this.reviewer = reviewer;
    this.changed = changed;
    this.renamed = renamed;
  }

  get shown() {
    return this.#requests[0];
  }

  get few() {
    return this.#requests.length < this.#wanted / 2;
  }

  /** Whether the leases are to be renewed. */
  get due() {
    return Date.now() - this.#renewed >= RENEW_MILLISECONDS;
  }

  clear() {
    this.#requests = [];
    this.#answered.clear();
  }

  /** The shown request, which is answered: it is shown no more. */
  take() {
    const request = this.#requests.shift();
    this.#answered.set(request.request_id, false);
    return request;
  }

  /** The service has the answer to this request. */
  saved(request) {
    if (this.#answered.has(request.request_id)) this.#answered.set(request.request_id, true);
  }

  /** The answer to this request did not reach the service: show it again. */
  putBack(request) {
    if (this.#answered.delete(request.request_id)) this.#requests.unshift(request);
  }

  /** Renew the leases and look for more, one call after the other: calls that wait become one. */
  renew() {
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = null;
      const asked = this.#ask();
      this.#running = asked.catch(() => {});
      return asked;
    });
    return this.#waiting;
  }

  async #ask() {
    const { name } = this.reviewer;
    for (const [id, saved] of this.#answered) if (saved) this.#answered.delete(id);
    const wanted = this.#wanted;
    const limit = Math.max(wanted, this.#requests.length) + this.#answered.size;
    const told = await api.requests(name, Math.min(limit, LIMIT));
    if (name !== this.reviewer.name) return;
    this.withOthers = told.with_others;
    this.#wanted = Math.min(AHEAD, told.fair_share);
    this.#keep(told.requests.filter(({ request_id: id }) => !this.#answered.has(id)));
    if (this.#wanted > wanted) await this.#ask();
  }

  /** Hold these alone, in the order in which they came. */
  #keep(found) {
    this.#renewed = Date.now();
    const before = this.shown;
    const mine = new Map(found.map((request) => [request.request_id, request]));
    const still = this.#requests.map(({ request_id: id }) => mine.get(id)).filter(Boolean);
    for (const { request_id: id } of still) mine.delete(id);
    this.#requests = [...still, ...mine.values()];
    if (before?.request_id !== this.shown?.request_id) this.changed(before !== undefined);
    else if (before && suggested(before) !== suggested(this.shown)) this.renamed();
  }
}

const suggested = ({ suggestions }) => JSON.stringify(suggestions);
