import { expect } from 'chai';
import type { ControlPlane } from '../system/control-plane.ts';
import type { KubeObject } from '../system/kubectl.ts';
import { releaseName, releaseNamespace } from '../system/product.ts';
import { readAuditLog, type AuditedRequest } from './audit-log.ts';
import { unusedForAReason } from './unused-rights.ts';
import type { Check, CheckContext } from './index.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role extends KubeObject {
  readonly rules: readonly Rule[];
}

/** The smallest piece of a role: one verb on one resource. */
interface Right {
  readonly component: string;
  readonly namespace: string | undefined;
  readonly apiGroup: string;
  readonly resource: string;
  readonly verb: string;
  readonly names: readonly string[] | undefined;
}

export const podHoldsAllRoles: Check = {
  title: 'rights: the ServiceAccount of the pods holds the roles of all its containers',
  async run(context) {
    const account = `${releaseName}-controller`;
    const review = JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: releaseNamespace },
    });
    const answer = await context.controlPlane.kubectl.run(
      `create --validate=false -f - -o json --as=system:serviceaccount:${releaseNamespace}:${account}`,
      review,
    );
    const { status } = JSON.parse(answer) as { status: { resourceRules: Rule[] } };
    const rights = (await grantedRights(context)).filter(
      ({ component }) => component !== 'snapshot-controller',
    );
    expect(rights.length).to.be.greaterThan(20);
    const missing = rights.filter((right) => !status.resourceRules.some((rule) => allows(rule, right)));
    expect(missing.map(inWords).join('\n')).to.equal('');
  },
};

export const nothingDenied: Check = {
  title: 'rights: no request of ours was denied, each container with the rights of its own role alone',
  async run({ controlPlane }) {
    const requests = await readAuditLog(controlPlane);
    const seen = new Set(requests.map(({ component }) => component));
    expect([...seen].sort()).to.deep.equal([
      ...['attacher', 'plugin', 'provisioner', 'resizer', 'snapshot-controller', 'snapshotter'],
    ]);
    expectNothingDenied(requests, controlPlane);
  },
};

export function expectNothingDenied(
  requests: readonly AuditedRequest[],
  { deniedTimes }: Pick<ControlPlane, 'deniedTimes'>,
): void {
  const denied = requests.filter(
    ({ isDenied, at }) => isDenied && !deniedTimes.some(({ from, until }) => from <= at && at <= until),
  );
  expect([...new Set(denied.map(inWords))].join('\n')).to.equal('');
}

export const everyRightUsed: Check = {
  title: 'rights: every verb of every rule was used',
  async run(context) {
    const requests = await readAuditLog(context.controlPlane);
    const unused = (await grantedRights(context)).filter(
      (right) => !requests.some((request) => usesRight(request, right)),
    );
    const excused = new Set(unusedForAReason.map(({ right }) => right));
    const words = unused.map(inWords);
    const missing = words.filter((right) => !excused.has(right));
    expect(missing.join('\n'), 'not used by any story').to.equal('');
    const granted = (await grantedRights(context)).map(inWords);
    const stale = [...excused].filter((right) => !granted.includes(right));
    expect(stale.join('\n'), 'excused, but not granted: take it off the list').to.equal('');
  },
};

async function grantedRights({ controlPlane: { kubectl } }: CheckContext): Promise<Right[]> {
  const { items } = await kubectl.json<{ items: Role[] }>(
    `get clusterroles,roles -A -l app.kubernetes.io/instance=${releaseName}`,
  );
  return items.flatMap(({ metadata, rules }) =>
    rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups.flatMap((apiGroup) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => ({
            component: metadata.labels?.['app.kubernetes.io/component'] ?? '',
            namespace: metadata.namespace,
            apiGroup,
            resource,
            verb,
            names: resourceNames,
          })),
        ),
      ),
    ),
  );
}

function usesRight(request: AuditedRequest, right: Right): boolean {
  const isSameResource =
    request.component === right.component &&
    request.apiGroup === right.apiGroup &&
    request.resource === right.resource;
  const isInScope = [undefined, request.namespace].includes(right.namespace) && isNamed(request, right);
  // An informer lists by watching where the server can do that, as this one; older servers are asked for a list.
  const isSameVerb = request.verb === right.verb || (right.verb === 'list' && request.verb === 'watch');
  return isSameResource && isInScope && isSameVerb;
}

function isNamed({ name }: AuditedRequest, { names }: Right): boolean {
  return names === undefined || names.includes(name);
}

function allows(rule: Rule, right: Right): boolean {
  return (
    rule.apiGroups.includes(right.apiGroup) &&
    rule.resources.includes(right.resource) &&
    rule.verbs.includes(right.verb)
  );
}

function inWords({ component, verb, apiGroup, resource }: AuditedRequest | Right): string {
  return `${component}: ${verb} ${resource}${apiGroup === '' ? '' : `.${apiGroup}`}`;
}
