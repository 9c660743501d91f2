// What part of the drawing is in sight: `x`, `y` of the upper left corner in the drawing's units, and the scale.
import { made } from "./elements.js";

const SMALLEST = 0.15;
const LARGEST = 3;
const READABLE = 0.9; // opening never makes words smaller than this; beyond it one pans
const MARGIN = 24;
const HEAD = 88; // legend and zoom stand there

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Viewport extends EventTarget {
  #frame = 0;
  #place;
  #room = null;
  #drawnAt = 0; // the scale that the drawing has been given

  constructor(stage) {
    super();
    this.stage = stage;
    this.dots = made("div", { class: "dots" });
    this.sheet = made("div", { class: "sheet-g" }); // moved as a whole: words of an SVG that is moved itself are measured anew
    stage.append(this.dots, this.sheet);
    this.#place = ownRule(".sheet-g");
    Object.assign(this, { x: 0, y: 0, scale: 1, width: 0, height: 0 });
    new ResizeObserver(() => {
      this.#room = null;
      this.apply();
    }).observe(stage);
  }

  /** The pane's size in CSS pixels. Known from one change of it to the next: to ask makes the browser lay out the page. */
  get room() {
    if (!this.#room?.width) this.#room = { width: this.stage.clientWidth, height: this.stage.clientHeight };
    return this.#room;
  }

  get svg() {
    return this.stage.querySelector("svg.g");
  }

  /** The drawing's size; the view stays where it is. */
  measure({ width, height }) {
    Object.assign(this, { width, height });
    this.#drawnAt = 0;
    this.apply();
  }

  apply() {
    const { svg } = this;
    if (!svg || !this.room.width) return;
    if (this.#drawnAt !== this.scale) this.#size(svg);
    this.#place.style.transform = `translate(${-this.x * this.scale}px, ${-this.y * this.scale}px)`; // moves what is painted already
    this.dots.style.backgroundPosition = `${-this.x * this.scale}px ${-this.y * this.scale}px`;
    this.dispatchEvent(new Event("moved"));
  }

  #size(svg) {
    this.#drawnAt = this.scale;
    svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    svg.setAttribute("width", this.width * this.scale);
    svg.setAttribute("height", this.height * this.scale);
  }

  /** A place on the screen as one of the drawing. */
  at({ clientX, clientY }) {
    const frame = this.stage.getBoundingClientRect();
    return { x: this.x + (clientX - frame.left) / this.scale, y: this.y + (clientY - frame.top) / this.scale };
  }

  /** A place of the drawing as one of the pane, in CSS pixels. */
  inPane({ x, y }) {
    return { x: (x - this.x) * this.scale, y: (y - this.y) * this.scale };
  }

  moveBy(dx, dy) {
    this.#stop();
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.apply();
  }

  /** Zoom by a factor; `point` of the screen stays where it is, else the middle does. */
  zoomBy(factor, point) {
    this.#stop();
    const frame = this.stage.getBoundingClientRect();
    const fixed = point ?? { clientX: frame.left + frame.width / 2, clientY: frame.top + frame.height / 2 };
    const before = this.at(fixed);
    this.scale = Math.min(LARGEST, Math.max(SMALLEST, this.scale * factor));
    const after = this.at(fixed);
    this.x += before.x - after.x;
    this.y += before.y - after.y;
    this.apply();
  }

  /** All of it in sight. */
  fit() {
    const scale = Math.min(1, this.#fitting());
    this.go({ ...this.#middled(Math.max(SMALLEST, scale)) });
  }

  /** As it opens: all of it where words stay readable, else its beginning, with `box` in the middle across. */
  open(box) {
    const scale = Math.min(1, Math.max(READABLE, this.#fitting()));
    const place = this.#middled(scale);
    if (this.width * scale > this.room.width && box) {
      place.x = box.x + box.width / 2 - this.room.width / 2 / scale;
    }
    this.#stop();
    Object.assign(this, place);
    this.apply();
  }

  /** Bring a box into sight, if it isn't; moves no more than it must. */
  reveal(box) {
    const [w, h] = [this.room.width / this.scale, this.room.height / this.scale];
    if (!w || !h) return;
    const [m, head] = [MARGIN / this.scale, HEAD / this.scale];
    const x = nearest(this.x, box.x + box.width + m - w, box.x - m);
    const y = nearest(this.y, box.y + box.height + m - h, box.y - head);
    if (x !== this.x || y !== this.y) this.go({ x, y, scale: this.scale });
  }

  /** The middle of the view goes to this place of the drawing. */
  centre({ x, y }) {
    this.#stop();
    this.x = x - this.room.width / 2 / this.scale;
    this.y = y - this.room.height / 2 / this.scale;
    this.apply();
  }

  go(place) {
    this.#stop();
    if (STILL.matches || !this.room.width) {
      Object.assign(this, place);
      this.apply();
      return;
    }
    const from = { x: this.x, y: this.y, scale: this.scale };
    const began = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - began) / 200));
      const eased = 1 - (1 - t) ** 3;
      for (const key of ["x", "y", "scale"]) this[key] = from[key] + (place[key] - from[key]) * eased;
      this.apply();
      this.#frame = t < 1 ? requestAnimationFrame(step) : 0;
    };
    this.#frame = requestAnimationFrame(step);
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
  }

  #fitting() {
    const { room, width, height } = this;
    return Math.min((room.width - 2 * MARGIN) / (width || 1), (room.height - HEAD - MARGIN) / (height || 1));
  }

  #middled(scale) {
    const { width, height } = this;
    const room = this.room.height - HEAD;
    return {
      scale,
      x: width / 2 - this.room.width / 2 / scale,
      y: height * scale < room ? -(HEAD + Math.min(12, (room - height * scale) / 2)) / scale : -HEAD / scale,
    };
  }
}

function nearest(now, least, most) {
  return least > most ? most : Math.min(most, Math.max(least, now));
}

// A rule instead of a style attribute: the kit has selectors that look at `style`, so that each change of it would make
// the browser match everything below anew, a hundred times as long.
function ownRule(selector) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${selector} {}`);
  document.adoptedStyleSheets.push(sheet);
  return sheet.cssRules[0];
}
