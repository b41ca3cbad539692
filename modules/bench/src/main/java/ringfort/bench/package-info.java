/** One class for each question; {@code docs/PERFORMANCE.md} has the answers. */
package ringfort.bench;
