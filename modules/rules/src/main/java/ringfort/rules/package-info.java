/**
 * Rules of architecture, each a constant to be checked by ArchUnit.
 *
 * <table>
 *   <caption>Where to look</caption>
 *   <tr><td>{@link ringfort.rules.WorkerRules}<td>who touches the ring, and that workers never wait
 *   <tr><td>{@link ringfort.rules.HandlerRules}<td>what handlers of an application leave alone
 *   <tr><td>{@link ringfort.rules.LayerRules}<td>layers, arrows, cycles, internal packages
 *   <tr><td>{@link ringfort.rules.CodeRules}<td>reflection, {@code Unsafe}, native code
 *   <tr><td>{@link ringfort.rules.TimeRules}<td>clocks and deadlines
 *   <tr><td>{@link ringfort.rules.MemoryRules}<td>who frees native memory
 * </table>
 *
 * {@link ringfort.rules.ArchTests} runs them in JUnit, {@link ringfort.rules.Main} on the command line; what each
 * prevents, and how to exempt code from it, is in {@code docs/RULES.md}.
 */
package ringfort.rules;
