/** The rig that judges servers is judged here: each fault it looks for is shown to it, and it has to see it. */
@NullMarked
package ringfort.bench.abuse;

import org.jspecify.annotations.NullMarked;
