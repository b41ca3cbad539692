/**
 * Harnesses for coverage-guided fuzzing, one class for each thing that reads what a peer sent. Each asserts what must hold
 * for any input, not only that nothing is thrown: that the cuts between pieces do not matter, that a second, naive reading
 * agrees, that what was read can be written and read again, that no more comes out than went in.
 *
 * <p>A harness is a method {@code fuzzerTestOneInput(byte[])}, as Jazzer calls it. {@code fuzz/run} starts it; the corpora,
 * one escaped entry per line, are in {@code modules/fuzz/corpus}, and every build runs each entry once.
 */
@NullMarked
package ringfort.fuzz;

import org.jspecify.annotations.NullMarked;
