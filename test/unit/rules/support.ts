import type { Finding } from '../../../server/src/rules/finding.js';
import { analyseSources } from '../../../server/src/service/analyse.js';

/** What one rule says of a driver, as `level function:line`, with the messages. */
export async function found(
  rule: string,
  text: string,
): Promise<{ brief: string[]; findings: readonly Finding[] }> {
  const files = new Map([['drivers/virtio/virtio_sample.c', `#include <linux/virtio.h>\n${text}`]]);
  const report = await analyseSources(files);
  if (report.notAnalysed.length > 0) throw new Error(report.notAnalysed.map((n) => n.reason).join('; '));
  const findings = report.findings.filter((f) => f.rule === rule);
  return { brief: findings.map((f) => `${f.level} ${f.function}()`), findings };
}
