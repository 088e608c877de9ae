<?php
// A day's work: one post edited, one renamed, one trashed, one withdrawn behind a password, one new. Prints their ids.
[, $root, $url] = $argv;
$_SERVER += ['HTTP_HOST' => parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT), 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $root . '/wp-load.php';
$posts = get_posts(['post_type' => 'post', 'numberposts' => 8, 'orderby' => 'ID', 'order' => 'ASC', 'offset' => 2, 'post_status' => 'publish', 'has_password' => false]);
[$edited, $renamed, $trashed, $locked] = array_slice($posts, 0, 4);
wp_update_post(wp_slash(['ID' => $edited->ID, 'post_content' => $edited->post_content . '<p>Añadido después de la primera copia.</p>']));
$old = get_permalink($renamed);
wp_update_post(['ID' => $renamed->ID, 'post_name' => 'nombre-nuevo']);
wp_trash_post($trashed->ID);
wp_update_post(['ID' => $locked->ID, 'post_password' => 'clave']);
$new = wp_insert_post(['post_title' => 'Recién publicada', 'post_content' => '<p>Salió esta mañana, después de la primera copia y antes de la segunda.</p>', 'post_status' => 'publish', 'post_author' => 2]);
echo json_encode(['edited' => $edited->ID, 'renamed' => $renamed->ID, 'old' => $old, 'trashed' => $trashed->ID, 'locked' => $locked->ID, 'new' => $new]);
