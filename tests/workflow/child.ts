/** Runs the small pipeline on the workspace given as argument; killed and started again by resume.test.ts. */
import { createPlainReporter, createWorkflowPorts } from '#adapters/workflow';
import { compileWorkflow, exitCodeOf, runWorkflow } from '#workflow';
import { exampleRegistry, pipelineText } from './example.ts';

const workspace = process.argv[2]!;
const plan = compileWorkflow('small.yaml', pipelineText, exampleRegistry(new Map(), 4));
const ports = createWorkflowPorts({ workspace, codeRoot: workspace, reporter: createPlainReporter((text) => process.stdout.write(text)) });
process.exitCode = exitCodeOf(await runWorkflow(plan, ports));
