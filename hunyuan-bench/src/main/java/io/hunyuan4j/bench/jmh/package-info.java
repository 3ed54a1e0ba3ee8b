/**
 * The JMH benchmarks. Their classes are public and not final because JMH's generated code extends
 * them.
 *
 * <p>Every result is checked bit for bit at the end of every iteration, outside the measured time:
 * a wrong result fails the run.
 */
@NullMarked
package io.hunyuan4j.bench.jmh;

import org.jspecify.annotations.NullMarked;
