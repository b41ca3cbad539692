/** One class for each question; {@code docs/PERFORMANCE.md} and {@code docs/performance} have the answers. */
package ringfort.bench;
