import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { socketDirectory } from '../support/plugin.ts';
import { readGinkgoReport, type GinkgoReport } from './ginkgo-report.ts';

const times = { StartTime: '2026-01-01T00:00:00Z', EndTime: '2026-01-01T00:00:01Z' };
const controllerSpec = {
  ...times,
  ContainerHierarchyTexts: ['Controller', 'CreateVolume'],
  LeafNodeType: 'It',
};

function read(suite: object): GinkgoReport {
  using directory = socketDirectory();
  const file = join(directory.path, 'report.json');
  writeFileSync(file, JSON.stringify([{ SpecReports: null, SpecialSuiteFailureReasons: null, ...suite }]));
  return readGinkgoReport(file);
}

describe('reading the report of Ginkgo', () => {
  it('names a spec by its containers and itself, and tells where and why it failed', () => {
    const failure = { Message: 'Expected OK', Location: { FileName: 'controller.go', LineNumber: 7 } };
    const { specs } = read({
      SpecReports: [{ ...controllerSpec, LeafNodeText: 'works', State: 'failed', Failure: failure }],
    });
    expect(specs).to.deep.equal([
      {
        name: 'Controller CreateVolume works',
        state: 'failed',
        message: 'Expected OK',
        location: 'controller.go:7',
        startedAt: new Date(times.StartTime),
        endedAt: new Date(times.EndTime),
      },
    ]);
  });

  it('takes every state that it does not know for a failure', () => {
    const states = ['passed', 'skipped', 'pending', 'panicked', 'timedout', 'abducted'];
    const { specs } = read({
      SpecReports: states.map((State) => ({ ...controllerSpec, LeafNodeText: 'x', State })),
    });
    expect(specs.map(({ state }) => state)).to.deep.equal([
      ...['passed', 'skipped', 'pending'],
      ...['failed', 'failed', 'failed'],
    ]);
  });

  it('counts set-up and tear-down of the suite only when they fail', () => {
    const suiteNode = {
      ...times,
      ContainerHierarchyTexts: null,
      LeafNodeType: 'BeforeSuite',
      LeafNodeText: '',
    };
    const { specs } = read({
      SpecReports: [
        { ...suiteNode, State: 'passed' },
        { ...suiteNode, State: 'failed' },
      ],
    });
    expect(specs.map(({ state }) => state)).to.deep.equal(['failed']);
  });

  it('passes on why the suite failed as a whole', () => {
    expect(read({ SpecialSuiteFailureReasons: ['Suite Timeout Elapsed'] }).suiteFailures).to.deep.equal([
      'Suite Timeout Elapsed',
    ]);
  });

  it('throws when there is no report', () => {
    expect(() => readGinkgoReport('/nonexistent/report.json')).to.throw('ENOENT');
  });
});
