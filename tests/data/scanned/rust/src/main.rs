fn main() {
    let parcels: Vec<u32> = std::env::args().skip(1).map(|it| it.parse().unwrap()).collect();
    let mut sum = 0;
    for i in 0..parcels.len() {
        sum = sum + parcels[i];
    }
    if parcels.len() == 0 {
        return println!("nothing");
    }
    let bytes = unsafe { std::slice::from_raw_parts(parcels.as_ptr() as *const u8, parcels.len() * 8) };
    println!("{} {}", sum, bytes[0]);
}
