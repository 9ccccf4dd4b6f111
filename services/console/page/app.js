// Questions -> answers: the page's state, its keys and its calls.

import * as api from "./api.js";
import * as empty from "./empty.js";
import * as outcomes from "./outcomes.js";
import * as presence from "./presence.js";
import * as question from "./question.js";
import * as status from "./status.js";
import * as task from "./task.js";
import { Answered } from "./answered.js";
import { Held } from "./held.js";
import { called } from "./names.js";
import { Reviewer } from "./reviewer.js";
import { Search } from "./search.js";

const $ = (id) => document.getElementById(id);
const POLL_MILLISECONDS = 2_500;
/** A key that was meant for the question before does not answer the one that took its place. */
const PAUSE_MILLISECONDS = 500;

const reviewer = new Reviewer();
const search = new Search($("search"), $("matches"), answer, () => $("text").focus());
const held = new Held(reviewer, changed, renamed);
const answered = new Answered(reviewer);
/** One of the answers, while it is being corrected. */
let correcting = null;
/** The ids of requests whose answer may have reached the service although the call failed. */
const unsure = new Set();
let known = null;
let told = null;
let paused = 0;
let looking = false;
let recalled = false;
const troubles = { saving: "", looking: "", asking: "" };

// What is shown.

function render() {
  const current = correcting ? asked(correcting.request) : held.shown;
  $("loading").hidden = Boolean(current) || !looking;
  $("question").hidden = !current;
  $("empty").hidden = Boolean(current) || looking;
  $("undo-what").textContent = correcting ? "Correct the one before" : "Correct the last answer";
  $("skip").hidden = correcting?.label === null;
  $("reviewer").textContent = reviewer.name || "Who are you?";
  renderAnswered();
  if (current) {
    question.show(current, answer, correcting?.label);
    $("text").focus({ preventScroll: true });
    // On a small or enlarged screen the last answer was given further down.
    if ($("question").getBoundingClientRect().top < 0) $("question").scrollIntoView();
  } else {
    renderEmpty();
  }
}

/** The request without the classes that are gone since it was asked: its correction would make them anew. */
function asked(request) {
  const known = new Set(search.classes);
  const there = ({ label }) => !known.size || known.has(label);
  return { ...request, suggestions: request.suggestions.filter(there) };
}

function renderAnswered() {
  $("undo").disabled = !answered.before(correcting);
  $("undo-empty").hidden = !answered.before(correcting);
  $("today").textContent = reviewer.today;
}

const renderEmpty = () => empty.show(known?.texts, held.withOthers);

/** Tell of trouble with saving an answer, looking how things stand, or asking for questions; an empty text ends it. */
function trouble(about, text) {
  troubles[about] = text;
  const told = [troubles.saving, troubles.looking || troubles.asking].filter(Boolean).join(" ");
  $("trouble").textContent = told;
  $("trouble").hidden = !told;
}

const say = (...content) => $("said").replaceChildren(...content);

// What is done.

function answer(label) {
  search.clear();
  if (correcting) correct(label);
  else if (held.shown && Date.now() >= paused) send({ request: held.take(), label });
}

function send(entry) {
  entry.reviewer = reviewer.name;
  answered.add(entry);
  reviewer.count(1, entry.reviewer);
  if (held.few) look();
  say(...(entry.label === null ? ["Skipped."] : ["Labelled ", called(entry.label), "."]));
  render();
  entry.saved = post(entry, {}).catch((error) => {
    entry.failed = true;
    answered.remove(({ request }) => request === entry.request);
    if (correcting?.request === entry.request) correcting = null;
    reviewer.count(-1, entry.reviewer);
    held.putBack(entry.request);
    if (error instanceof api.Unreachable) unsure.add(entry.request.request_id);
    failed(entry, "answer", "give it again", error);
  });
}

function correct(label) {
  const before = correcting;
  const entry = { ...before, label, takenBack: label === null, settled: false };
  correcting = null;
  answered.replace(before, entry);
  say(...(label === null ? ["Your answer was taken back."] : ["Corrected to ", called(label), "."]));
  render();
  entry.saved = Promise.resolve(before.saved)
    // Where there is nothing to correct, the question is shown again.
    .then(() => (entry.failed = before.failed) || post(entry, { corrects: true }))
    .catch((error) => {
      answered.replace(entry, before);
      failed(entry, "correction", "correct it again", error);
    });
}

async function post(entry, more) {
  const { request, label, reviewer: name } = entry;
  const given = label === null ? { skip: true } : { label };
  const times = { answered_at: new Date().toISOString() };
  const outcome = await api.label({ request_id: request.request_id, ...given, reviewer: name, ...times, ...more });
  held.saved(request);
  trouble("saving", "");
  became(entry, outcome?.outcome, more.corrects);
}

function became(entry, outcome, corrects) {
  entry.settled = outcomes.kept(outcome);
  const again = unsure.delete(entry.request.request_id) && outcomes.stands(outcome);
  const told = again && outcome === "repeated" ? undefined : outcomes.told(outcome, corrects);
  if (told && entry.reviewer === reviewer.name) say(told);
  if (!corrects && !again && !outcomes.counts(outcome)) reviewer.count(-1, entry.reviewer);
  if (!outcomes.correctable(outcome)) answered.remove((each) => each === entry);
  renderAnswered();
}

function failed(entry, what, mend, error) {
  const lost = error instanceof api.Unreachable;
  const how = lost ? "may not have been saved" : "was not saved";
  if (lost) trouble("looking", `${error.message} Trying again…`);
  const mine = entry.reviewer === reviewer.name;
  const told = mine ? `Your ${what} ${how}, please ${mend}.` : `${entry.reviewer}'s ${what} ${how}.`;
  trouble("saving", lost ? told : `${told} ${error.message}`);
  say("");
  render();
}

function skip() {
  if (correcting?.label !== null) answer(null);
}

function undo() {
  const before = answered.before(correcting);
  if (!before) return;
  correcting = before;
  say("");
  render();
}

function keep() {
  if (!correcting) return;
  correcting = null;
  render();
}

function ask() {
  $("name").value = reviewer.name;
  $("name-dialog").showModal();
}

function named(event) {
  event.preventDefault();
  const name = $("name").value.trim();
  if (!name) return;
  $("name-dialog").close();
  if (name !== reviewer.name) {
    reviewer.name = name;
    held.clear();
    answered.clear();
    correcting = null;
    recalled = false;
  }
  look();
  recall();
  render();
}

// What comes in.

async function renew() {
  if (!reviewer.name) return;
  try {
    await held.renew();
    trouble("asking", "");
  } catch (error) {
    unreachable("asking", error);
  }
}

/** Look for more; what there is none of is not told before that is known. */
async function look() {
  looking = true;
  await renew();
  looking = false;
  if (!held.shown) render();
}

/** Look for answers that were given before the page was opened, or elsewhere under this name. */
async function recall() {
  if (!reviewer.name || correcting) return;
  try {
    recalled = await answered.recall(() => correcting === null);
    renderAnswered();
  } catch (error) {
    unreachable("looking", error);
  }
}

/** Others are held than before; `lost`: the shown one is not any more. */
function changed(lost) {
  if (correcting) return;
  if (lost) {
    search.clear();
    paused = Date.now() + PAUSE_MILLISECONDS;
    say("The question before is no longer yours: it had waited too long, or was closed.");
  }
  render();
}

/** Classes that the shown question suggests are called otherwise than before. */
function renamed() {
  if (correcting || document.activeElement === $("search")) return;
  paused = Date.now() + PAUSE_MILLISECONDS;
  render();
}

async function refresh() {
  $("today").textContent = reviewer.today; // another tab may have added to it, or a day have begun
  try {
    if (!told) await describe();
    known = await api.status();
    trouble("looking", "");
    status.show(known);
    const classes = new Set(known.classes.length ? known.classes : told.classes);
    const gone = search.classes.some((name) => !classes.has(name));
    search.classes = [...classes];
    search.describe();
    if (gone) await renew();
    if (!$("empty").hidden) renderEmpty();
  } catch (error) {
    unreachable("looking", error);
  }
}

function unreachable(about, error) {
  if (!(error instanceof api.Trouble)) throw error;
  trouble(about, `${error.message} Trying again…`);
}

async function poll() {
  if (!document.hidden) {
    await refresh();
    if (!recalled) await recall();
    if (!held.shown || (held.due && presence.somebody())) await renew();
  }
  setTimeout(poll, POLL_MILLISECONDS);
}

async function describe() {
  told = await api.task();
  search.closed = told.closed;
  task.show(told);
}

// How it is driven.

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input")) return;
  const place = Number(event.key);
  const keys = { s: skip, u: undo, "/": () => $("search").focus(), Escape: keep };
  const suggested = place >= 1 && place <= 9 ? $("suggestions").querySelectorAll("button")[place - 1] : undefined;
  const choose = suggested && !$("question").hidden ? () => answer(suggested.dataset.label) : undefined;
  const act = choose ?? keys[event.key.toLowerCase()] ?? keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

document.addEventListener("keydown", key);
presence.watch(() => held.due && renew());
addEventListener("focus", () => Promise.all([recall(), renew()]));
$("skip").addEventListener("click", skip);
$("undo").addEventListener("click", undo);
$("undo-empty").addEventListener("click", undo);
$("keep").addEventListener("click", keep);
$("who").addEventListener("click", ask);
$("name-form").addEventListener("submit", named);

await refresh();
if (reviewer.name) await Promise.all([renew(), recall()]);
else ask();
if (!held.shown) render();
setTimeout(poll, POLL_MILLISECONDS);
