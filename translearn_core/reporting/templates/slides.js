"use strict";
/* Figures of the report, and its present mode: `#present` is the first slide, `#present-3` the third. */
const SMALLEST = 13; // px, size of text in figures before they are enlarged
const ENLARGED = 1.4; // least enlargement of figures on slides: text of 18 px and more
const PHONE = 640; // px, a narrower screen is read from near: no enlargement
const WIDTH = 960; // px, width of a figure that a wide screen enlarges further
const LONG = 150; // characters of a sentence in smaller type

function figureOf(id, dark) {
  const figure = JSON.parse(document.querySelector(`script[data-figure="${id}"]`).textContent);
  for (const [path, value] of dark ? figure.dark : []) {
    const parent = path.slice(0, -1).reduce((node, name) => node[name], figure);
    parent[path.at(-1)] = value;
  }
  return figure;
}

function raiseSmallText(node) {
  for (const [name, value] of Object.entries(node ?? {})) {
    if (typeof value !== "object" || value === null) continue;
    if (/font$/i.test(name) && value.size < SMALLEST) value.size = SMALLEST;
    raiseSmallText(value);
  }
}

const drawPage = (() => {
  let drawn = false;
  return () => {
    if (drawn || typeof Plotly === "undefined") return;
    drawn = true;
    for (const source of document.querySelectorAll("script[data-figure]")) {
      const figure = figureOf(source.dataset.figure, false);
      document.getElementById(source.dataset.figure).style.height = `${figure.layout.height || 420}px`;
      Plotly.newPlot(source.dataset.figure, figure.data, figure.layout, {displaylogo: false, responsive: true, scrollZoom: false});
    }
  };
})();

const view = document.getElementById("slides");
const stage = view.querySelector(".slide");
const seen = new Set();
const sources = [...document.querySelectorAll("[data-slide]")].filter(isNew);
const wantsDark = matchMedia("(prefers-color-scheme: dark)");
view.dataset.scheme = wantsDark.matches ? "dark" : "light";

function isNew(source) {
  if (source.dataset.slide !== "sentence") return true;
  const text = source.textContent.trim(), known = seen.has(text);
  seen.add(text);
  return !known; // a sentence at the top of the report is not said again in its section
}

function drawFigure(box, id) {
  const figure = figureOf(id, view.dataset.scheme === "dark");
  raiseSmallText(figure.data);
  raiseSmallText(figure.layout);
  const natural = figure.layout.height || 420;
  box.style.minHeight = "";
  const {width, height} = box.getBoundingClientRect();
  const scale = Math.max(innerWidth < PHONE ? 1 : ENLARGED, Math.min(width / WIDTH, height / natural));
  const shown = Math.max(height / scale, 0.62 * natural); // a tall figure scrolls rather than overlap itself
  const chart = box.firstElementChild ?? box.appendChild(document.createElement("div"));
  chart.style.transform = `scale(${scale})`;
  box.style.minHeight = `${shown * scale}px`; // an open table makes the slide scroll, not the figure smaller
  const layout = {...figure.layout, width: width / scale, height: shown, autosize: false};
  Plotly.react(chart, figure.data, layout, {displayModeBar: false, responsive: false, plotGlPixelRatio: 3});
}

function figureSlide(source) {
  const paper = source.querySelector(".paper"), figure = document.createElement("figure");
  const box = paper.cloneNode(false);
  box.className = "chart";
  figure.append(box, ...[...source.children].filter((child) => child.matches("figcaption, details, .quiet, .note")).map((child) => child.cloneNode(true)));
  return [figure, () => drawFigure(box, paper.firstElementChild.id)];
}

function textSlide(source) {
  const copy = source.cloneNode(true);
  if (copy.matches("li")) {
    const paragraph = document.createElement("p");
    paragraph.append(...copy.childNodes);
    return [paragraph, () => {}];
  }
  copy.className = source.dataset.slide;
  return [copy, () => {}];
}

let redraw = () => {};
let position = -1;

function show(number) {
  const source = sources[number], [content, draw] = source.matches("figure") ? figureSlide(source) : textSlide(source);
  for (const chart of stage.querySelectorAll(".chart > div")) Plotly.purge(chart);
  if (content.matches("p") && content.textContent.length > LONG) content.dataset.length = "long";
  position = number;
  stage.replaceChildren(content);
  stage.scrollTop = 0;
  view.querySelector(".kicker").textContent = source.dataset.kicker ?? source.closest("section")?.querySelector("h2")?.textContent ?? "";
  view.querySelector(".position").textContent = `${number + 1} / ${sources.length}`;
  view.querySelector("[data-do=previous]").disabled = number === 0;
  view.querySelector("[data-do=next]").disabled = number === sources.length - 1;
  redraw = draw;
  draw();
}

function go(number) {
  const next = Math.min(Math.max(number, 0), sources.length - 1);
  if (next !== position) location.replace(`#present-${next + 1}`);
}

function leave() {
  if (document.fullscreenElement) document.exitFullscreen();
  location.replace(`#${sources[position]?.closest("section[id]")?.id ?? ""}`);
}

function follow() {
  const match = location.hash.match(/^#present(?:-(\d+))?$/);
  const opens = match && view.hidden;
  view.hidden = !match;
  document.body.classList.toggle("presenting", Boolean(match));
  if (!match) {
    position = -1;
    drawPage();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
    return;
  }
  show(Math.min(Math.max(Number(match[1] ?? 1), 1), sources.length) - 1);
  if (opens) stage.focus();
}

const ACTIONS = {
  previous: () => go(position - 1),
  next: () => go(position + 1),
  first: () => go(0),
  last: () => go(sources.length - 1),
  leave,
  scheme: () => {
    view.dataset.scheme = view.dataset.scheme === "dark" ? "light" : "dark";
    redraw();
  },
  fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : view.requestFullscreen?.().catch(() => {})),
};
const KEYS = {
  ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next",
  ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous",
  Home: "first", End: "last", Escape: "leave", f: "fullscreen", d: "scheme",
};
const SCROLLS = ["ArrowUp", "ArrowDown"];

document.addEventListener("keydown", (event) => {
  const action = KEYS[event.key];
  if (view.hidden || !action || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest("button, summary")) return;
  if (SCROLLS.includes(event.key) && stage.scrollHeight > stage.clientHeight + 4) return;
  event.preventDefault();
  ACTIONS[action]();
});
view.addEventListener("click", (event) => ACTIONS[event.target.closest("[data-do]")?.dataset.do]?.());
window.addEventListener("resize", () => view.hidden || redraw());
window.addEventListener("hashchange", follow);
const opener = document.querySelector(".open-slides");
opener.hidden = false;
opener.addEventListener("click", () => {
  location.hash = "present";
  document.documentElement.requestFullscreen?.().catch(() => {});
});
follow();
