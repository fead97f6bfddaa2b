// The plan: recalculated a moment after every tick; tabs, filters, pages and the policy without a new page.
const form = document.getElementById("plan");
const LONGEST_ADDRESS = 2000;
const FOLLOW = "follow";
let waiting = 0;
let asking = null;
let outdated = false;  // A filter or the policy changed, and the table does not show it yet.

// The part of the address that says which plan is shown; other fragments lead within the page.
const place = () => location.pathname + location.search + (location.hash.startsWith("#kept=") ? location.hash : "");
let shown = place();

function fields(submitter) {
  const found = [...new FormData(form, submitter)].filter(([name, value]) => value !== "" || name === "asked");
  return new URLSearchParams(found);
}

// The server's link to the plan, where it is short enough; else a key, under which this window keeps the form.
function remember(body) {
  const link = form.querySelector(".permalink");
  if (link) return link.getAttribute("href");
  const key = Math.random().toString(36).slice(2);
  try { sessionStorage.setItem(`plan:${key}`, body.toString()); } catch { return location.pathname; }
  return `${form.getAttribute("action")}#kept=${key}`;
}

async function ask(body, headers = {}) {
  asking?.abort();
  const mine = asking = new AbortController();
  document.getElementById("outcome").setAttribute("aria-busy", "true");
  const answer = await fetch(form.getAttribute("action"), {method: "POST", body, signal: mine.signal, headers: {...headers, "Accept": "text/html"}});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) throw new Error(page.querySelector("main .error")?.textContent ?? answer.statusText);
  return page;
}

function replaceOutcome(page) {
  const outcome = document.getElementById("outcome");
  const open = outcome.querySelector(".removed-box")?.open;
  outcome.replaceChildren(...page.getElementById("outcome").childNodes);
  outcome.removeAttribute("aria-busy");
  if (open) outcome.querySelector(".removed-box").open = true;
  const refused = outcome.querySelector("[role=alert]");
  document.getElementById("said").textContent = refused ? "" : `Removes ${outcome.querySelector(".big").textContent}`;
}

function tell(error) {
  if (error.name === "AbortError") return;
  const said = document.getElementById("said");
  said.classList.remove("hidden");
  said.textContent = `It could not be recalculated: ${error.message}`;
  document.getElementById("outcome").removeAttribute("aria-busy");
}

async function recalculate() {
  const body = fields();
  try {
    replaceOutcome(await ask(body, {"X-Part": "outcome"}));
    history.replaceState(null, "", remember(body));
    shown = place();
  } catch (error) { tell(error); }
}

async function renew(body, push, focus) {
  clearTimeout(waiting);  // What it waits for, the whole page brings as well.
  try {
    const page = await ask(body);
    const open = form.querySelector(".policy").open;
    form.replaceChildren(...page.getElementById("plan").childNodes);
    outdated = false;
    form.querySelector(".policy").open = open;
    const address = remember(body);
    if (push) history.pushState(null, "", address); else history.replaceState(null, "", address);
    shown = place();
    const field = focus && form.elements.namedItem(focus.name);
    if (field instanceof HTMLElement) {
      field.focus();
      if (focus.at !== null) field.setSelectionRange(focus.at, focus.at);
    } else if (focus) form.querySelector(`[name="${CSS.escape(focus.name)}"][value="${CSS.escape(focus.value)}"]`)?.focus();
  } catch (error) { tell(error); }
}

function later(work, delay = 200) {
  clearTimeout(waiting);
  waiting = setTimeout(work, delay);
}

function countTicks() {
  const box = form.querySelector(".ticked");
  if (!form.querySelector("[name=page]")) box.textContent = form.querySelectorAll("[name=select]:checked").length;
}

form.addEventListener("input", ({target}) => {
  const at = target.matches("[type=search], input:not([type]), textarea") ? target.selectionStart : null;
  const focus = {name: target.name, value: target.value, at};
  if (target.name === "select" || target.name.startsWith("override:")) {
    countTicks();
    later(outdated ? () => renew(fields(), false, focus) : recalculate);
    return;
  }
  outdated = true;
  const body = fields();
  body.delete("page");
  if (target.closest(".policy")) body.set(FOLLOW, "1");
  later(() => renew(body, false, focus), at === null ? 0 : 400);
});

form.addEventListener("submit", (event) => {
  const {submitter} = event;
  if (submitter?.getAttribute("formmethod") === "post") return;
  event.preventDefault();
  const body = fields(submitter);
  if (submitter?.name === "tab") for (const name of ["page", "search", "level", "reason", "baseline", "size"]) body.delete(name);
  renew(body, true, submitter?.name ? {name: submitter.name, value: submitter.value, at: null} : null);
});

addEventListener("popstate", () => { if (place() !== shown) location.reload(); });

// A comparison is with the plan that is shown, not with the one that the page began with.
document.getElementById("compare").addEventListener("formdata", ({formData}) => {
  for (const name of [...formData.keys()]) if (name !== "earlier") formData.delete(name);
  for (const [name, value] of fields()) formData.append(name, value);
});

const kept = new URLSearchParams(location.hash.slice(1)).get("kept");
const stored = kept && sessionStorage.getItem(`plan:${kept}`);
if (stored) renew(new URLSearchParams(stored), false, null);
