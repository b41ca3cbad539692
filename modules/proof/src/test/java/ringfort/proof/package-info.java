/**
 * Proof of what strangers get: modules that stand alone, an API that does not change by accident, artefacts that can be
 * published, documentation that is true. There is nothing here but tests.
 */
@NullMarked
package ringfort.proof;

import org.jspecify.annotations.NullMarked;
