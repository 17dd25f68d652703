import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    faute: { type: 'string', default: '0.05' },
    tuer: { type: 'string', default: '4' },
    dir: { type: 'string', default: join('var', 'bench') },
    part: { type: 'string', default: '' },
  },
});

export const options = {
  /** Of the measured plan: 60 % creations, 20 % changes, 20 % deletions. */
  operations: Number(values.operations),
  /** Share of requests that each kind of fault takes. */
  faultShare: Number(values.faute),
  /** A pusher is killed this often. */
  killEverySeconds: Number(values.tuer),
  folder: resolve(values.dir),
  /** debit, fautes, plan; empty: all. */
  part: values.part,
};

export function isAsked(part: 'debit' | 'fautes' | 'plan'): boolean {
  return options.part === '' || options.part === part;
}
