// Calls -> JSON: every contact of the page with the API.

export class Trouble extends Error {}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Trouble("sluice cannot be reached.");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Trouble(body.detail ?? `sluice answered ${response.status}.`);
  return body;
}

export const status = () => call("/v1/status");

export const task = () => call("/v1/classes");

export async function requests(reviewer, limit) {
  return (await call(`/v1/requests?${new URLSearchParams({ reviewer, limit })}`)).requests;
}

/** Post one label; returns its outcome, or null where the learner has not told yet. */
export async function label(message) {
  const headers = { "Content-Type": "application/json" };
  const answer = await call("/v1/labels?wait=1", { method: "POST", headers, body: JSON.stringify(message) });
  return answer.outcomes[0];
}
