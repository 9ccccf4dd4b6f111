// A request -> what is shown of it. Texts and names come from outside: they are only ever set as text.

import { called } from "./names.js";
import { explain } from "./task.js";

const $ = (id) => document.getElementById(id);
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const WHY = {
  audit: ["Random check", "measures how often the model is right"],
  uncertain: ["Unsure", "the model learns most from texts like this"],
  cold_start: ["First examples", "the model knows little yet"],
};

function suggestion({ label, probability }, index, choose, given) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.label = label;
  button.classList.toggle("given", label === given);
  button.append(
    part("span", "bar", ""),
    ...(index < 9 ? [part("kbd", "", String(index + 1))] : []),
    part("span", "name", called(label)),
    part("span", "percent", percent.format(probability)),
  );
  explain(button.querySelector(".name"), label);
  button.firstChild.style.setProperty("--part", `${100 * Math.min(1, Math.max(0, probability))}%`);
  // The second click of a double click belongs to the question before.
  button.addEventListener("click", (event) => event.detail > 1 || choose(label));
  item.append(button);
  return item;
}

function part(tag, name, content) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(content);
  return element;
}

/** Show a request; `given` is the answer that is being corrected, if any. */
export function show(request, choose, given) {
  const { why } = request;
  const [badge, reason] = WHY[why.reason] ?? [why.reason, ""];
  $("badge").textContent = badge;
  $("badge").classList.toggle("audit", request.verdict === "AUDIT");
  $("reason").textContent = reason;
  $("numbers").textContent =
    request.verdict === "AUDIT"
      ? `utility ${decimal.format(why.utility)} · ${why.strategy}`
      : `utility ${decimal.format(why.utility)} ≥ ${decimal.format(why.threshold ?? 0)} · ${why.strategy}`;
  $("text").textContent = request.text;
  $("text").className = request.text.length > 500 ? "long" : request.text.length > 160 ? "medium" : "";
  $("text").scrollTop = 0;
  // What is cut off can be reached by Tab, and scrolled by keys.
  $("text").tabIndex = $("text").scrollHeight > $("text").clientHeight ? 0 : -1;
  $("suggestions").replaceChildren(
    ...request.suggestions.map((each, index) => suggestion(each, index, choose, given)),
  );
  $("correcting").hidden = given === undefined;
  $("why").hidden = given !== undefined;
  const before = given === null ? ["You skipped this one."] : ["You answered ", called(given), "."];
  $("answered").replaceChildren(...(given === undefined ? [] : [...before, " What is it instead?"]));
  $("question").classList.remove("fresh");
  void $("question").offsetWidth; // restarts the animation
  $("question").classList.add("fresh");
}
