/* What every part uses: where the service stands, nodes made by hand, icons, the portal's texts. */

// Read at once: the browser tells which script runs only while it runs.
const SCRIPT = document.currentScript;
const BASE = new URL(".", SCRIPT.src).href;
const SVG = "http://www.w3.org/2000/svg";

/** Returns a node; text only ever becomes text, whatever it looks like. */
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  Object.entries(attributes || {}).forEach(function ([key, value]) {
    if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(key, value === true ? "" : value);
    }
  });
  node.append(...children.filter(Boolean));
  return node;
}

function button(attributes, pressed, ...children) {
  const node = el("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", pressed);
  return node;
}

/** Returns a text for screen readers only. */
function spoken(text) {
  return el("span", { class: "spoken" }, text);
}

const ICONS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  phone: "M7 4h3l1.5 4-2 1.5a10 10 0 0 0 5 5l1.5-2 4 1.5v3a2 2 0 0 1-2 2A14 14 0 0 1 5 6a2 2 0 0 1 2-2z",
  mail: "M3 6h18v12H3zM3 7l9 6 9-6",
  back: "M19 12H5M11 6l-6 6 6 6",
  send: "M5 12h14M13 6l6 6-6 6",
  yes: "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.2 2.5L12.5 10H19a2 2 0 0 1 2 2.3l-1 6A2 2 0 0 1 18 20H7",
  no: "M17 13V4h3v9zM17 13l-4 7c-1.5 0-2.5-1-2.2-2.5l.7-3.5H5a2 2 0 0 1-2-2.3l1-6A2 2 0 0 1 6 4h11",
  out: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
  page: "M6 3h9l4 4v14H6zM9 12h7M9 16h7",
  done: "M5 12l5 5 9-11",
};

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon i-" + name);
  const path = svg.appendChild(document.createElementNS(SVG, "path"));
  path.setAttribute("d", ICONS[name]);
  return svg;
}

/** Keeps French punctuation on the line of its word. */
function typeset(text) {
  return text.replace(/ ([;:!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}

/** Returns the reader of a portal's sentences, which fills in what stands between braces. */
function reader(texts) {
  return function (key, values) {
    return texts[key].replace(/\{(\w+)\}/g, (whole, name) => String((values || {})[name]));
  };
}
