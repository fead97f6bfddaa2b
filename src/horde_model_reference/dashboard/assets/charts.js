// Use over time with a cursor and zoom, from the table behind the line; and the keyboard's way through dots.
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const DAY = 86400;
const WHOLE_STEPS = [...Array(12).keys()].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));  // No half requests.

function series(figure) {
  const rows = [...figure.querySelectorAll(".days tbody tr")].reverse();
  const known = rows.map((row) => [Date.parse(row.cells[0].textContent) / 1000, Number(row.cells[1].dataset.use)]);
  const days = [], uses = [];
  for (const [day, use] of known) {
    for (let gap = (days.at(-1) ?? day) + DAY; gap < day; gap += DAY) { days.push(gap); uses.push(null); }
    days.push(day);
    uses.push(use);
  }
  return [days, uses];
}

// The days beside which nothing is known: a line shows none of them.
function lonely(plot, at) {
  const uses = plot.data[at];
  return [...uses.keys()].filter((day) => uses[day] != null && uses[day - 1] == null && uses[day + 1] == null);
}

// The labels of days, or of months with the year below the first of each.
function days(_, moments, __, ___, step) {
  let year = null;
  return moments.map((moment) => {
    const day = new Date(moment * 1000), before = year;
    year = day.getUTCFullYear();
    const shown = {timeZone: "UTC", month: "short", ...(step < 28 * DAY && {day: "numeric"})};
    return `${day.toLocaleDateString("en-GB", shown)}${year === before ? "" : `\n${year}`}`;
  });
}

function draw(chart) {
  const data = series(chart.closest("section"));
  if (data[0].length < 2) return;
  const axis = {stroke: style("--chart-axis"), grid: {stroke: style("--chart-grid"), width: 1}, ticks: {show: false}, font: `12px ${style("--font")}`};
  const plot = new uPlot({
    width: chart.clientWidth, height: 240, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: {points: {size: 8}, drag: {x: true, y: false}}, legend: {markers: {fill: () => style("--chart-1")}},
    scales: {y: {range: (_, low, high) => [0, Math.max(1, high) * 1.05]}},
    axes: [{...axis, values: days}, {...axis, size: 64, incrs: WHOLE_STEPS, values: (_, values) => values.map((value) => value.toLocaleString("en"))}],
    series: [{label: "Day", value: (_, value) => value === null ? "hover or arrow keys" : new Date(value * 1000).toLocaleDateString("en-GB", {timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric"})},
      {label: chart.dataset.label, stroke: style("--chart-1"), width: 1.6, points: {show: false, size: 4, fill: style("--chart-1"), filter: lonely}, value: (_, value) => value === null ? "–" : value.toLocaleString("en")}],
  }, data, (self, init) => { chart.replaceChildren(self.root); init(); });
  plot.root.tabIndex = 0;
  plot.root.setAttribute("role", "group");
  plot.root.setAttribute("aria-label", `${chart.dataset.label} over time; arrow keys move the cursor, the table below has the same figures`);
  plot.root.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!step) return;
    event.preventDefault();
    const at = Math.min(data[0].length - 1, Math.max(0, (plot.cursor.idx ?? (step > 0 ? -1 : data[0].length)) + step));
    plot.setCursor({left: plot.valToPos(data[0][at], "x"), top: plot.valToPos(data[1][at] ?? 0, "y")});
  });
  return plot;
}

for (const chart of document.querySelectorAll(".time-chart")) {
  const line = chart.firstElementChild;
  let plot = draw(chart);
  new ResizeObserver(() => plot?.setSize({width: chart.clientWidth, height: 240})).observe(chart);
  const again = () => { plot?.destroy(); plot = draw(chart) ?? chart.replaceChildren(line); };
  document.addEventListener("themechange", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

// Dots: one stop for Tab; arrows go on, Escape leaves; a note beside the dot says what it is.
const scatter = document.querySelector(".scatter");
if (scatter) {
  const dots = [...scatter.querySelectorAll(".dot")];
  const note = document.createElement("div");
  note.className = "dot-note";
  note.hidden = true;
  note.setAttribute("aria-hidden", "true");
  document.body.append(note);
  const tell = (dot) => {
    const [name, ...rest] = dot.getAttribute("aria-label").split(/: (?=(?:critical|high|medium|low|none), )/);
    note.replaceChildren(Object.assign(document.createElement("strong"), {textContent: name}), rest.join(": "));
    note.hidden = false;
    const at = dot.getBoundingClientRect();
    const room = document.documentElement.clientWidth - note.offsetWidth - 8;
    note.style.left = `${Math.max(8, Math.min(at.left + 12, room)) + scrollX}px`;
    note.style.top = `${at.top + scrollY - note.offsetHeight - 8}px`;
  };
  dots.forEach((dot, at) => dot.setAttribute("tabindex", at ? "-1" : "0"));
  scatter.addEventListener("mouseover", ({target}) => { const dot = target.closest(".dot"); if (dot) tell(dot); else note.hidden = true; });
  scatter.addEventListener("mouseleave", () => { note.hidden = true; });
  scatter.addEventListener("focusin", ({target}) => tell(target.closest(".dot")));
  scatter.addEventListener("focusout", () => { note.hidden = true; });
  scatter.addEventListener("keydown", (event) => {
    const at = dots.indexOf(document.activeElement);
    const next = {ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: dots.length - 1}[event.key];
    if (event.key === "Escape") { note.hidden = true; document.activeElement.blur(); }
    if (next === undefined || !dots[next]) return;
    event.preventDefault();
    dots[at]?.setAttribute("tabindex", "-1");
    dots[next].setAttribute("tabindex", "0");
    dots[next].focus();
  });
}
