// Counts on between two updates: the time since `data-since`, in the same words as the server's.
export function attach(element) {
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    const since = Date.parse(element.dataset.since);
    if (element.dataset.behavior && !Number.isNaN(since)) element.textContent = words(Math.max(0, Math.floor((Date.now() - since) / 1000)));
  }, 1000);
}

function words(seconds) {
  const two = (big, bigWord, small, smallWord) => {
    const rest = Math.floor((seconds % big) / small);
    return `${Math.floor(seconds / big)} ${bigWord}${rest ? ` ${rest} ${smallWord}` : ""}`;
  };
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two(60, "min", 1, "s");
  return seconds < 86_400 ? two(3600, "h", 60, "min") : two(86_400, "d", 3600, "h");
}
