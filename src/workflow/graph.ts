/** A node with the ids that it waits for. */
export interface GraphNode {
  readonly id: string;
  readonly needs: readonly string[];
}

/** The ids of one circle (first = last), or undefined when there is none. */
export function findCircle(nodes: readonly GraphNode[]): readonly string[] | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (id: string): readonly string[] | undefined => {
    if (done.has(id)) return undefined;
    if (trail.includes(id)) return [...trail.slice(trail.indexOf(id)), id];
    trail.push(id);
    for (const need of byId.get(id)?.needs ?? []) {
      const circle = walk(need);
      if (circle !== undefined) return circle;
    }
    trail.pop();
    done.add(id);
    return undefined;
  };
  for (const node of nodes) {
    const circle = walk(node.id);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The ids in levels: each level needs only earlier ones. The graph has no circle. */
export function levelsOf(nodes: readonly GraphNode[]): readonly (readonly string[])[] {
  const level = new Map<string, number>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = (id: string): number => {
    const known = level.get(id);
    if (known !== undefined) return known;
    const value = Math.max(-1, ...(byId.get(id)?.needs ?? []).map(depth)) + 1;
    level.set(id, value);
    return value;
  };
  const levels: string[][] = [];
  for (const node of nodes) (levels[depth(node.id)] ??= []).push(node.id);
  return levels;
}

/** One line a step, in levels: `1  data` and `2  features ← data`. */
export function renderGraphText(nodes: readonly GraphNode[]): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return levelsOf(nodes)
    .flatMap((ids, level) => ids.map((id) => `${String(level + 1).padStart(2)}  ${id}${arrow(byId.get(id)?.needs ?? [])}`))
    .join('\n');
}

function arrow(needs: readonly string[]): string {
  return needs.length === 0 ? '' : ` ← ${needs.join(', ')}`;
}

/** A mermaid flowchart. */
export function renderGraphMermaid(nodes: readonly GraphNode[]): string {
  const name = new Map(nodes.map((node, index) => [node.id, `s${index + 1}`]));
  const boxes = nodes.map((node) => `  ${name.get(node.id)}["${node.id}"]`);
  const arrows = nodes.flatMap((node) => node.needs.map((need) => `  ${name.get(need)} --> ${name.get(node.id)}`));
  return ['flowchart TD', ...boxes, ...arrows].join('\n');
}
