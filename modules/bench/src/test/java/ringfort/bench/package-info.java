/** The rigs are instruments; these tests show that the instruments see what is there. */
@NullMarked
package ringfort.bench;

import org.jspecify.annotations.NullMarked;
