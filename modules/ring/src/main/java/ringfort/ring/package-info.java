/** io_uring. */
package ringfort.ring;
