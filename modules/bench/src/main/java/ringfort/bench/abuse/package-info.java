/**
 * Attacks on a running server, and a polite client beside them: {@code bench/abuse}. The rig ({@link
 * ringfort.bench.abuse.Abuse}) starts the attackers as processes of their own, because descriptors are limited by process,
 * and judges what the polite client saw and what the server is like afterwards.
 */
@NullMarked
package ringfort.bench.abuse;

import org.jspecify.annotations.NullMarked;
