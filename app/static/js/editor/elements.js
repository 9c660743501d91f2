// Elements made by scripts: text is always text, never markup.
const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  error: ["M8 0l8 8-8 8-8-8z", "M8 4.4v4M8 11v.1"],
  warning: ["M8 1.2l7.4 13.4H.6z", "M8 6v4M8 12.2v.1"],
  done: ["M8 .8a7.2 7.2 0 1 0 0 14.4a7.2 7.2 0 1 0 0-14.4z", "M4.8 8.3l2.2 2.2 4.2-4.6"],
  info: ["M8 .6a7.4 7.4 0 1 0 0 14.8a7.4 7.4 0 1 0 0-14.8z", "M8 7.2v4M8 4.6v.1"],
};
const COLOURS = { done: "ok", error: "fail", warning: "retry", info: "off" };

/** An HTML element. Keys of `attributes` that begin with "on" are listeners; null and false are left out. */
export function made(name, attributes = {}, children = []) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function drawn(name, attributes = {}, children = []) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** An icon of the page's own sheet (`<template id="icons">`), to be put into a button. */
export function icon(name, size = "") {
  const kept = document.querySelector(`#icons [data-icon="${name}"] svg`);
  const copy = kept ? kept.cloneNode(true) : drawn("svg", { class: "i" });
  if (size) copy.classList.add(size);
  return copy;
}

/** The mark of a problem: diamond, triangle or circle, by severity. */
export function shape(severity, words) {
  const [filledPath, line] = SHAPES[severity] ?? SHAPES.info;
  const labelled = words ? { role: "img", "aria-label": words } : { "aria-hidden": "true" };
  return drawn("svg", { class: `st st-${COLOURS[severity] ?? "off"}`, viewBox: "0 0 16 16", ...labelled }, [
    drawn("path", { class: "f", d: filledPath }), drawn("path", { class: "w", d: line }),
  ]);
}

/** Make these the children. Only what goes, comes or changes its place is touched: the rest keeps the focus, and its layout. */
export function arrange(parent, children) {
  const staying = new Set(children);
  for (const child of [...parent.children]) if (!staying.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...[children].flat().filter((child) => child !== "" && child !== null && child !== undefined && child !== false));
  return element;
}
