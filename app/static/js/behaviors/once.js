// A form is sent once: its buttons rest until the answer is there. The server keeps the promise anyway.
export function attach(form) {
  form.addEventListener("submit", () => {
    for (const button of form.elements) {
      if (button.type === "submit") setTimeout(() => { button.disabled = true; });
    }
    setTimeout(() => { for (const button of form.elements) button.disabled = false; }, 4000);
  });
}
