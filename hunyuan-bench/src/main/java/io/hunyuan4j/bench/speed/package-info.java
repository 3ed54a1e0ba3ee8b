/**
 * What {@code ./hunyuan bench} measures: the machine's limits, and prefill and decoding of whole
 * models beside them. Nothing here needs JMH.
 */
@NullMarked
package io.hunyuan4j.bench.speed;

import org.jspecify.annotations.NullMarked;
