export function attachTest(play, store, button) {
  play.addEventListener("change", () => { button.disabled = !play.isOn; });
}
