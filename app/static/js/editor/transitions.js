// The transitions of a graph by what selects them: a number is an edge of it, "end-2" one of `graph.ends` (`do: fail`).

/** The edge, {from, to, kind, index, ...}, or null. */
export function transitionAt(graph, selected) {
  if (!graph || selected === null || selected === undefined) return null;
  const end = /^end-(\d+)$/.exec(selected)?.[1];
  return (end === undefined ? graph.edges?.[selected] : graph.ends?.[end]) ?? null;
}

/** What selects the transition that an element of the drawing stands for. */
export function selects(element) {
  const { edge } = element.dataset;
  return edge.startsWith("end-") ? edge : Number(edge);
}
