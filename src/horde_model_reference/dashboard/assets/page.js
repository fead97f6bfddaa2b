// What the pages do without this script they do with it, only sooner.

// Ages of data instead of moments.
const units = [["day", 86400], ["h", 3600], ["min", 60]];

function age(moment) {
  const seconds = Math.max(0, (Date.now() - new Date(moment)) / 1000);
  for (const [unit, length] of units) {
    const number = Math.floor(seconds / length);
    if (number >= 1) return `${number.toLocaleString("en")} ${unit}${unit === "day" && number > 1 ? "s" : ""}`;
  }
  return "under 1 min";
}

function tellAges() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    time.title ||= time.textContent;
    const stale = time.closest(".status.stale > summary");
    time.textContent = `${age(time.dateTime)}${stale ? "" : time.dataset.age === "short" ? " old" : " ago"}`;
    if (stale && time.previousElementSibling) time.previousElementSibling.hidden = true;
  }
}

// Theme: the system's colours, or the other ones.
const theme = document.querySelector(".theme");
const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

function toggleTheme() {
  const wanted = isDark() ? "light" : "dark";
  const system = dark.matches ? "dark" : "light";
  if (wanted === system) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
  try {
    if (wanted === system) localStorage.removeItem("theme"); else localStorage.setItem("theme", wanted);
  } catch { /* No storage: until the next page. */ }
  theme.setAttribute("aria-pressed", isDark());
  document.dispatchEvent(new Event("themechange"));
}

theme.hidden = false;
theme.setAttribute("aria-pressed", isDark());
theme.addEventListener("click", toggleTheme);

// Jump field: "/" focuses it; names come as they are typed.
const jump = document.querySelector(".jump");
const field = jump.elements.name;

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
  }
});

let suggesting = null;
field.addEventListener("input", async () => {
  suggesting?.abort();
  suggesting = new AbortController();
  if (field.value.length < 2) return;
  try {
    const answer = await fetch(`${jump.action}/names?${new URLSearchParams({name: field.value})}`, {signal: suggesting.signal});
    if (!answer.ok) return;
    const names = await answer.json();
    if (names.includes(field.value)) return jump.requestSubmit();
    field.list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), {value: name})));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
});

// Menus: one open at a time; Escape and a click elsewhere close them.
const MENUS = "details.menu, details.status";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(MENUS)) if (menu !== except) menu.open = false;
}

document.addEventListener("click", ({target}) => closeMenus(target.closest(MENUS)));
document.addEventListener("toggle", ({target}) => {
  const list = target.matches(".menu[open]") && target.querySelector("ul");
  if (list) list.classList.toggle("flip", list.getBoundingClientRect().right > document.documentElement.clientWidth);
}, true);
document.addEventListener("keydown", ({key}) => {
  if (key !== "Escape") return;
  const open = document.activeElement?.closest(MENUS);
  closeMenus();
  open?.querySelector("summary").focus();
});

// A reason's sentence: at the foot of the window without this, beside the reason with it; Escape puts it away.
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
    if (flag && flag.querySelector(".tip") && (kind === "focusin" || !target.closest(".tip"))) place(flag);
  });
}
document.addEventListener("scroll", () => {
  for (const flag of document.querySelectorAll(".flag:focus")) place(flag);
}, {capture: true, passive: true});
document.addEventListener("keydown", ({key}) => {
  if (key === "Escape") for (const flag of document.querySelectorAll(".flag:hover, .flag:focus")) flag.classList.add("away");
});

// A view: links of filters, columns and pages replace it without a new page; Back and Forward lead through it.
const view = document.getElementById("view");
let loading = null;

async function show(address, focus) {
  loading?.abort();
  loading = new AbortController();
  view.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {signal: loading.signal, headers: {"Accept": "text/html"}});
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("view");
    if (!answer.ok || !found) return location.assign(address);
    const typed = view.querySelector("[type=search]");
    const selection = typed === document.activeElement ? [typed.value, typed.selectionStart] : null;
    const menu = openMenu();
    view.replaceChildren(...found.childNodes);
    tellAges();
    const inMenu = menu && keepOpen(menu);
    if (selection) keepTyping(selection);
    else if (focus && !inMenu) view.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
    view.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

// The menu that the reader opened while the view was on its way, and where the focus is in it.
function openMenu() {
  const menu = view.querySelector(".menu[open]");
  return menu && [menu.dataset.menu, [...menu.querySelectorAll("summary, a")].indexOf(document.activeElement)];
}

function keepOpen([key, at]) {
  const menu = view.querySelector(`[data-menu="${CSS.escape(key)}"]`);
  if (!menu) return false;
  menu.open = true;
  const focused = menu.querySelectorAll("summary, a")[at];
  focused?.focus();
  return Boolean(focused);
}

function keepTyping([value, at]) {
  const field = view.querySelector("[type=search]");
  field.value = value;
  field.focus();
  field.setSelectionRange(at, at);
}

function go(address, focus) {
  history.pushState(null, "", address);
  document.dispatchEvent(new Event("viewchange"));
  return show(address, focus);
}

if (view) {
  view.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    closeMenus();
    go(link.href, link.dataset.key);
  });
  const address = (form) => {
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    return `${form.getAttribute("action")}?${new URLSearchParams(fields)}`;
  };
  view.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-view]");
    if (!form) return;
    event.preventDefault();
    go(address(form));
  });
  let waiting = 0;
  view.addEventListener("input", ({target}) => {
    const form = target.closest("form[data-view]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => { history.replaceState(null, "", address(form)); document.dispatchEvent(new Event("viewchange")); show(address(form)); }, 250);
  });
  let shown = location.pathname + location.search;
  addEventListener("popstate", () => {
    const wanted = location.pathname + location.search;
    if (wanted !== shown || view.hasAttribute("aria-busy")) show(location.href);
    shown = wanted;
  });
  document.addEventListener("viewchange", () => { shown = location.pathname + location.search; });
}

// Text to take home.
document.addEventListener("click", async ({target}) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
});
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.documentElement.classList.add("scripted");
tellAges();
