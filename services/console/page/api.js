// Calls -> JSON: every contact of the page with the API.

import * as token from "./token.js";

/** The service answers within seconds: one that does not in so many hangs, and a page must not hang with it. */
const PATIENCE_MILLISECONDS = 15_000;
/** A page that is being left ends its calls, at times before it is told that it is left. */
const LEAVING_MILLISECONDS = 250;

let left = false;
addEventListener("pagehide", () => (left = true));
addEventListener("pageshow", (event) => event.persisted && location.reload());

export class Trouble extends Error {}

/** No answer came: whether the service had the call is not known. */
export class Unreachable extends Trouble {}

/** The answer to a call; one that is refused for its token waits for another, and is made again. */
async function call(path, options = {}) {
  const brought = token.known();
  const headers = { ...options.headers, ...(brought && { Authorization: `Bearer ${brought}` }) };
  const waiting = new AbortController();
  const end = setTimeout(() => waiting.abort(), PATIENCE_MILLISECONDS);
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options, headers, signal: waiting.signal });
  } catch {
    await new Promise((resolve) => setTimeout(resolve, LEAVING_MILLISECONDS));
    // That is no trouble, and an answer arrives all the same.
    if (left) return new Promise(() => {});
    throw new Unreachable("sluice cannot be reached.");
  } finally {
    clearTimeout(end);
  }
  if (response.status === 401) {
    await token.another(brought);
    return call(path, options);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Trouble(body.detail ?? `sluice answered ${response.status}.`);
  return body;
}

export const status = () => call("/v1/status");

export const task = () => call("/v1/classes");

export const requests = (reviewer, limit) => call(`/v1/requests?${new URLSearchParams({ reviewer, limit })}`);

/** The answers of a reviewer that can be corrected, the last one first. */
export const answers = (reviewer, limit) => call(`/v1/answers?${new URLSearchParams({ reviewer, limit })}`);

/** Post one label; returns its outcome, or null where the learner has not told yet. */
export async function label(message) {
  const headers = { "Content-Type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(message), keepalive: true };
  const answer = await call("/v1/labels?wait=1", post);
  return answer.outcomes[0];
}
