// A condition on one view: its columns, its ranges of value ids.
import type { Directory } from '../directory/directory.js';
import type { SegmentView } from '../snapshot/segment.js';
import type { Condition, Target, TextTest } from './condition.js';
import { findDoc } from './find-entry.js';
import {
  AllNode,
  AndNode,
  DocNode,
  noneNode,
  NotNode,
  OrNode,
  PresentNode,
} from './logic-nodes.js';
import type { Meter } from './meter.js';
import { OrderNode } from './order-node.js';
import type { PlanNode } from './plan-node.js';
import { RuleNode } from './rule-node.js';
import { TextNode } from './text-node.js';

export type Binding = {
  readonly directory: Directory;
  readonly view: SegmentView;
  readonly meter: Meter;
};

export function bindCondition(binding: Binding, condition: Condition): PlanNode {
  const { segment } = binding.view;
  switch (condition.kind) {
    case 'constant':
      return condition.isTrue ? new AllNode(segment.docCount) : noneNode;
    case 'and':
      return new AndNode(
        condition.conditions.map((inner) => bindCondition(binding, inner)),
        binding.meter,
      );
    case 'or':
      return or(
        binding,
        condition.conditions.map((inner) => bindCondition(binding, inner)),
      );
    case 'hasSubordinates':
      return condition.isNegated ? new AllNode(segment.docCount) : noneNode;
    case 'present':
    case 'text':
    case 'rule':
    case 'entryDn': {
      const node = bindLeaf(binding, condition);
      if (!condition.isNegated) return node;
      return node === noneNode
        ? new AllNode(segment.docCount)
        : new NotNode(node, segment.docCount, binding.meter);
    }
  }
}

type Leaf = Extract<Condition, { kind: 'present' | 'text' | 'rule' | 'entryDn' }>;

/** Regardless of `isNegated`. */
function bindLeaf(binding: Binding, leaf: Leaf): PlanNode {
  const { view, meter } = binding;
  switch (leaf.kind) {
    case 'entryDn': {
      const doc = findDoc(binding.directory, view, leaf.normalisedDn);
      return doc < 0 ? noneNode : new DocNode(doc);
    }
    case 'present':
      return leaf.target.indexes.length === 0
        ? noneNode
        : new PresentNode(view.segment, leaf.target.indexes, meter);
    case 'text':
      return bindText(binding, leaf.target, leaf.test);
    case 'rule': {
      const { rule, wanted, candidates } = leaf;
      const { schema } = binding.directory;
      const nodes = leaf.target.indexes.map((index) => {
        const inner =
          candidates && bindText(binding, { ...leaf.target, indexes: [index] }, candidates);
        return new RuleNode(schema, view.segment, inner, { index, rule, wanted }, meter);
      });
      return or(binding, nodes);
    }
  }
}

function bindText(binding: Binding, target: Target, test: TextTest): PlanNode {
  const { view, meter } = binding;
  const nodes: PlanNode[] = [];
  for (const index of target.indexes) {
    const column = view.segment.columns[index];
    if (!column || column.valueCount === 0) continue;
    const Node = test.kind === 'pattern' ? TextNode : OrderNode;
    nodes.push(new Node(column, test, meter));
  }
  return or(binding, nodes);
}

function or({ view, meter }: Binding, nodes: readonly PlanNode[]): PlanNode {
  const kept = nodes.filter((node) => node !== noneNode);
  const [first] = kept;
  if (!first) return noneNode;
  return kept.length === 1 ? first : new OrNode(kept, view.segment.docCount, meter);
}
