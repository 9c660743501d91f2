// A small map of the drawing, with the part that is in sight; a click or a drag goes there. Shown when the drawing is
// larger than its pane.
const SVG = "http://www.w3.org/2000/svg";
const LARGEST = 120;

export function attach(map) {
  const canvas = map.closest(".canvas");
  const scroller = canvas.querySelector("[data-scroller]");
  const drawing = () => canvas.querySelector("svg.g");

  const draw = () => {
    const svg = drawing();
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    const larger = scroller.scrollHeight > scroller.clientHeight + 40 || scroller.scrollWidth > scroller.clientWidth + 40;
    map.hidden = !larger;
    if (!larger) return;
    const size = LARGEST / Math.max(box.width, box.height);
    const small = made("svg", { viewBox: `0 0 ${box.width} ${box.height}`, width: box.width * size, height: box.height * size, "aria-hidden": "true" });
    for (const node of svg.querySelectorAll(":scope > .n")) small.append(shape(node));
    small.append(sight(svg, box));
    map.replaceChildren(small);
  };
  const sight = (svg, box) => {
    const scale = svg.clientWidth / box.width || 1;
    const place = (now, most) => Math.max(0, Math.min(now / scale, most));
    return made("rect", {
      class: "mv", rx: 10,
      x: place(scroller.scrollLeft, box.width), y: place(scroller.scrollTop, box.height),
      width: Math.min(box.width, scroller.clientWidth / scale), height: Math.min(box.height, scroller.clientHeight / scale),
    });
  };
  const go = (event) => {
    if (!event.buttons) return;
    const frame = map.firstElementChild.getBoundingClientRect();
    scroller.scrollLeft = ((event.clientX - frame.left) / frame.width) * scroller.scrollWidth - scroller.clientWidth / 2;
    scroller.scrollTop = ((event.clientY - frame.top) / frame.height) * scroller.scrollHeight - scroller.clientHeight / 2;
  };

  map.addEventListener("pointerdown", go);
  map.addEventListener("pointermove", go);
  scroller.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(scroller);
  document.addEventListener("htmx:after:swap", draw);
  draw();
}

function shape(node) {
  const [, x, y] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec(node.getAttribute("transform"));
  const box = node.querySelector("rect.b0");
  const known = [...node.classList].filter((name) => name.startsWith("st-") && !["st-todo", "st-dead", "st-skip"].includes(name));
  return made("rect", {
    class: known.length ? `mn known ${known.join(" ")}` : "mn",
    x, y, width: box.getAttribute("width"), height: box.getAttribute("height"), rx: 10,
  });
}

function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
