"use strict";
// What the page does without this script it does with it; only sooner.

const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(moment) {
  const seconds = Math.max(0, (Date.now() - new Date(moment)) / 1000);
  for (const [unit, length] of units) {
    const number = Math.floor(seconds / length);
    if (number >= 1) return `${number} ${unit}${number > 1 ? "s" : ""} ago`;
  }
  return "just now";
}

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = `${ago(time.dateTime)} (${time.textContent})`;
}

// Filters that ask nothing stay out of the address.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("formdata", ({formData}) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

// A flag's sentence: at the foot of the window without this, beside the flag with it; Escape puts it away.
function place(flag) {
  const tip = flag.querySelector(".tip");
  flag.classList.remove("away");
  tip.classList.add("placed");
  const at = flag.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const below = at.bottom + tip.offsetHeight < document.documentElement.clientHeight;
  tip.style.left = `${Math.max(8, Math.min(at.left, room))}px`;
  tip.style.top = `${below ? at.bottom : at.top - tip.offsetHeight}px`;
}

for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, ({target}) => {
    const flag = target.closest(".flag");
    if (flag && (kind === "focusin" || !target.closest(".tip"))) place(flag);
  });
}
document.addEventListener("scroll", () => {
  for (const flag of document.querySelectorAll(".flag:focus")) place(flag);
}, {capture: true, passive: true});
document.addEventListener("keydown", ({key}) => {
  if (key === "Escape") for (const flag of document.querySelectorAll(".flag:hover, .flag:focus")) flag.classList.add("away");
});

// The plan: recalculated a moment after every tick, so that verdicts, limits and effect follow at once.
const plan = document.querySelector("form.plan");
if (plan) {
  const outcome = document.getElementById("outcome");
  const said = document.getElementById("said");
  let waiting = 0;
  let asking = null;

  const show = (answer, text) => {
    if (!answer.ok) throw new Error(JSON.parse(text).detail);
    const found = new DOMParser().parseFromString(text, "text/html").getElementById("outcome");
    outcome.replaceChildren(...found.childNodes);
    const refused = outcome.querySelector(".error");
    said.textContent = refused ? "" : outcome.querySelector(".summary").textContent;
    const link = outcome.querySelector(".permalink");
    if (link) history.replaceState(null, "", link.href);
  };

  const recalculate = async () => {
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    outcome.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(plan));
      const answer = await fetch(plan.action, {method: "POST", body, signal: mine.signal, headers: {"X-Part": "outcome"}});
      show(answer, await answer.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      said.textContent = `It could not be recalculated: ${error.message}`;
    }
    outcome.removeAttribute("aria-busy");
  };

  plan.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(recalculate, 200); });
  addEventListener("pageshow", () => {
    // A browser that comes back here may have kept ticks of which the server knew nothing.
    const fields = [...plan.elements];
    if (fields.some((field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue && field.matches("input"))) recalculate();
  });
}
