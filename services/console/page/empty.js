// Nothing to show -> why there is nothing, and what to do.

import * as token from "./token.js";

const $ = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");

function told(texts, others) {
  if (!texts) return ["Waiting for the first text", "Questions appear here as soon as texts come in. Send one:"];
  const by = "New questions appear here by themselves.";
  if (!others) return ["All caught up", `There is nothing to answer. ${by}`];
  const them = others === 1 ? "1 open request is" : `${number.format(others)} open requests are`;
  return ["Nothing left for you", `${them} with other reviewers. ${by}`];
}

/** Say it, by how many texts there were and how many open requests other reviewers hold. */
export function show(texts, others) {
  const [title, text] = told(texts || others, others);
  $("empty-title").textContent = title;
  $("empty-text").textContent = text;
  $("first-text").hidden = Boolean(texts || others);
  const header = token.known() ? ` -H "Authorization: Bearer $TOKEN"` : "";
  const call = `curl ${location.origin}/v1/texts${header} -d '{"text": "Where is my card?"}'`;
  $("first-text").firstChild.textContent = call;
}
