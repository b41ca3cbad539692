/**
 * Servers to compare with, each in one file and with the routes of Ringfort's demo: {@code /plaintext}, {@code /json},
 * {@code /users/{id}}, {@code POST /echo} and {@code /blocking}. One event loop where there are loops; everything else is
 * left as its makers deliver it. Those that {@code bench/abuse} attacks have its routes as well, and their own number of
 * loops then. On the class path, since several of them have no module names.
 */
@NullMarked
package ringfort.peers;

import org.jspecify.annotations.NullMarked;
