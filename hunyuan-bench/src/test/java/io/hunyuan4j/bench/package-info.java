/** Tests of the benchmarks and of what they run on. */
@NullMarked
package io.hunyuan4j.bench;

import org.jspecify.annotations.NullMarked;
