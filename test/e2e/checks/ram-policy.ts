import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Check } from './index.ts';

const policyFile = new URL('../../../deploy/ram-policy.json', import.meta.url);

export const onlyGrantedActions: Check = {
  title: 'RAM policy: the stories called no action of ECS that deploy/ram-policy.json does not grant',
  async run({ ecs }) {
    const policy = JSON.parse(readFileSync(policyFile, 'utf8')) as { Statement: { Action: string[] }[] };
    const granted = policy.Statement.flatMap(({ Action }) => Action);
    const called = new Set((await ecs.requests()).map(({ action }) => `ecs:${action}`));
    expect(called.size).to.be.greaterThan(5);
    expect([...called].filter((action) => !granted.includes(action)).join(' ')).to.equal('');
  },
};
