/**
 * Benchmarks of what the server does not show to others. They share its package, on the class path, and are measured by
 * {@code bench/compare parts}.
 */
@NullMarked
package ringfort.server;

import org.jspecify.annotations.NullMarked;
