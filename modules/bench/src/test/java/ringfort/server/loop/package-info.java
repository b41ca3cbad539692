/** Benchmarks of what the loop does not show to others; they share its package, on the class path. */
@NullMarked
package ringfort.server.loop;

import org.jspecify.annotations.NullMarked;
