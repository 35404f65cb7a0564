<?php
$to = $_GET['to'];
system("sendmail " . $to);
echo "<p>sent to " . $to . "</p>";
$db = new mysqli("db", "shop", "changeme");
$db->query("SELECT * FROM mails WHERE id = " . $_GET['id']);
