/**
 * The standard parts of a decoder: attention, rotary positions, feed-forward, experts and their
 * routing. Knows no architecture.
 */
@NullMarked
package io.hunyuan4j.core.block;

import org.jspecify.annotations.NullMarked;
