const query = new URLSearchParams(location.search);

document.getElementById('greeting').innerHTML = 'Hello ' + query.get('name');
document.getElementById('total').textContent = query.get('total');
