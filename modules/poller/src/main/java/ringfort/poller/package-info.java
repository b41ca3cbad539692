/** epoll, timerfd and eventfd. */
package ringfort.poller;
