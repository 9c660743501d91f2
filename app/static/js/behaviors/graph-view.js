// Pan and zoom for a drawing: drag, wheel with Ctrl, and the three buttons. Without it the canvas scrolls.
const SMALLEST = 0.3;
const LARGEST = 2;
const READABLE = 0.9; // "fit" never makes the words smaller than this, beyond it one pans

export function attach(canvas) {
  const drawing = () => canvas.querySelector("svg.g");
  let scale = 1;

  const apply = (next) => {
    scale = Math.min(LARGEST, Math.max(SMALLEST, next));
    canvas.dataset.scale = scale;
    const svg = drawing();
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    svg.setAttribute("width", box.width * scale);
    svg.setAttribute("height", box.height * scale);
  };
  const fit = () => {
    const svg = drawing();
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    const scroller = canvas.querySelector("[data-scroller]");
    apply(Math.min(1, Math.max(READABLE, Math.min(scroller.clientWidth / box.width, scroller.clientHeight / box.height))));
  };

  const acts = { in: () => apply(scale * 1.2), out: () => apply(scale / 1.2), fit };
  for (const button of canvas.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => acts[button.dataset.zoom]());
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    apply(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  }, { passive: false });
  drag(canvas.querySelector("[data-scroller]"));
  // An update brings the drawing back in its own size.
  document.addEventListener("htmx:after:swap", () => apply(scale));
  open(canvas.querySelector("[data-scroller]"));
  if (matchMedia("(max-width: 640px)").matches) apply(canvas.clientWidth / drawing().viewBox.baseVal.width);
}

// A drawing larger than its pane opens where something happens.
function open(scroller) {
  const node = scroller.querySelector(".n.sel, .n.x-ask, .n.x-retry, .n.x-run, .n.x-fail");
  if (!node) return;
  const [pane, box] = [scroller.getBoundingClientRect(), node.getBoundingClientRect()];
  if (box.bottom > pane.bottom) scroller.scrollTop += box.top - pane.top - pane.height / 2;
  if (box.right > pane.right) scroller.scrollLeft += box.left - pane.left - pane.width / 2;
}

function drag(scroller) {
  let from = null;
  scroller.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || event.target.closest("a")) return;
    from = { x: event.clientX + scroller.scrollLeft, y: event.clientY + scroller.scrollTop };
    scroller.setPointerCapture(event.pointerId);
  });
  scroller.addEventListener("pointermove", (event) => {
    if (!from) return;
    scroller.scrollLeft = from.x - event.clientX;
    scroller.scrollTop = from.y - event.clientY;
  });
  scroller.addEventListener("pointerup", () => { from = null; });
}
