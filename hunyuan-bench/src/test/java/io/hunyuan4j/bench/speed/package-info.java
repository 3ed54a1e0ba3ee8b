/** Tests of what the bench command measures. */
@NullMarked
package io.hunyuan4j.bench.speed;

import org.jspecify.annotations.NullMarked;
